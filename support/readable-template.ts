function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A logical id without the hash that the CDK adds, and without that of a published version. */
export function readable(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}(?:[0-9a-f]{32})?$/, '');
}

/** Replaces intrinsic functions by text: `<FanoutLedger.Arn>`, `<AWS::Region>`. */
export function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (!isObject(value)) return value;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value;
  if (typeof ref === 'string') return `<${readable(ref)}>`;
  if (Array.isArray(attribute)) return `<${readable(attribute[0])}.${attribute[1]}>`;
  if (Array.isArray(join)) return join[1].map(resolved).join(join[0]);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner)]));
}
