import { z } from 'zod';
import type { Assembly, Template } from './assembly.ts';
import { UnsupportedTemplate } from './deploy-errors.ts';
import { createResolver, type Resolve } from './intrinsics.ts';
import { identify, nameProperty, type ResourceIdentity } from './resource-identity.ts';
import {
  INERT_RESOURCE_TYPES,
  isResourceType,
  type Properties,
  RESOURCE_SCHEMAS,
  type ResourceType,
} from './resource-schemas.ts';

/** One resource, its properties resolved and checked. */
interface Resource<T extends ResourceType> {
  readonly logicalId: string;
  readonly name: string;
  /** `Fn::GetAtt` of this resource. */
  readonly attribute: ResourceIdentity['attribute'];
  readonly ref: string;
  /** Whether it stays when it is taken out of the template. */
  readonly isRetained: boolean;
  readonly properties: Properties<T>;
}

/** A stack with every reference resolved. */
export interface Stack {
  readonly name: string;
  resourcesOf<T extends ResourceType>(type: T): readonly Resource<T>[];
  /** Values of the outputs by name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Resources and properties that are accepted and do nothing here, one line each. */
  readonly notSimulated: readonly string[];
}

interface AnyResource {
  readonly type: ResourceType;
  readonly logicalId: string;
  readonly identity: ResourceIdentity;
  readonly isRetained: boolean;
  readonly properties: unknown;
}

/** Deletion policies by which a resource stays. */
const RETAINING: readonly unknown[] = ['Retain', 'RetainExceptOnCreate'];

/** Properties that only label a resource: leaving them out changes nothing. */
const LABELS = new Set(['Description', 'Tags']);

function ignoredProperties({ type, logicalId, properties }: AnyResource): string[] {
  const shape: Readonly<Record<string, z.ZodType>> = RESOURCE_SCHEMAS[type].shape;
  return Object.keys(Object(properties))
    .filter(
      (key) => shape[key] instanceof z.ZodOptional && shape[key].unwrap() instanceof z.ZodUnknown,
    )
    .filter((key) => !LABELS.has(key) && key !== 'Definition' && key !== 'PolicyDocument')
    .map((key) => `${type} ${logicalId}: ${key}`);
}

function checkProperties(resource: Omit<AnyResource, 'identity'>): unknown {
  const parsed = RESOURCE_SCHEMAS[resource.type].safeParse(resource.properties);
  if (parsed.success) return parsed.data;
  throw new UnsupportedTemplate(
    `${resource.type} ${resource.logicalId}: ${z.prettifyError(parsed.error)}`,
  );
}

function toResource<T extends ResourceType>(resource: AnyResource): Resource<T> {
  const { logicalId, identity, isRetained, properties } = resource;
  return {
    logicalId,
    name: identity.name,
    ref: identity.ref,
    isRetained,
    attribute: (attribute) => identity.attribute(attribute),
    // `checkProperties` parsed them with the schema of this very type.
    properties: properties as Properties<T>,
  };
}

/**
 * Names every resource before any property is resolved: a reference may point to a resource that
 * comes later.
 */
function identifyAll(stackName: string, template: Template, resolve: Resolve) {
  const identities = new Map<string, ResourceIdentity>();
  return (logicalId: string): ResourceIdentity | undefined => {
    const resource = template.Resources[logicalId];
    if (!resource) return undefined;
    const known = identities.get(logicalId);
    if (known) return known;
    const property = nameProperty(resource.Type);
    const given = property === undefined ? undefined : resource.Properties[property];
    const identity = identify({
      type: resource.Type,
      stackName,
      logicalId,
      given: given === undefined ? undefined : String(resolve(given)),
    });
    identities.set(logicalId, identity);
    return identity;
  };
}

function refuseUnknownTypes(template: Template): void {
  const unknown = Object.entries(template.Resources).filter(
    ([, { Type }]) => !isResourceType(Type) && !INERT_RESOURCE_TYPES.has(Type),
  );
  if (unknown.length === 0) return;
  const names = unknown.map(([logicalId, { Type }]) => `${Type} (${logicalId})`).join(', ');
  throw new UnsupportedTemplate(`resource types that do not exist locally: ${names}`);
}

function createStackResolver(stackName: string, template: Template) {
  const resolver = createResolver({
    stackName,
    conditions: template.Conditions,
    ref: (logicalId) => identityOf(logicalId)?.ref ?? template.Parameters[logicalId]?.['Default'],
    attribute(logicalId, attribute) {
      const identity = identityOf(logicalId);
      if (identity) return identity.attribute(attribute);
      throw new UnsupportedTemplate(`Fn::GetAtt to ${logicalId}, which does not exist`);
    },
  });
  const identityOf = identifyAll(stackName, template, (value) => resolver.resolve(value));
  return { ...resolver, identityOf };
}

/**
 * Resolves a stack's template: names, references, properties and outputs.
 *
 * @throws {UnsupportedTemplate} a resource type, property, intrinsic function or reference is not
 *   known; the message names it.
 */
export function resolveStack({ stackName, template }: Assembly): Stack {
  refuseUnknownTypes(template);
  const { resolve, isOn, identityOf } = createStackResolver(stackName, template);
  const present = Object.entries(template.Resources).filter(([, { Condition }]) => isOn(Condition));
  const resources = present.flatMap(([logicalId, declared]): AnyResource[] => {
    const { Type: type, Properties, DeletionPolicy } = declared;
    const identity = identityOf(logicalId);
    if (!isResourceType(type) || !identity) return [];
    const isRetained = RETAINING.includes(DeletionPolicy);
    return [{ type, logicalId, identity, isRetained, properties: resolve(Properties) }];
  });
  const checked = resources.map((resource) => ({
    ...resource,
    properties: checkProperties(resource),
  }));
  const inert = present
    .filter(([, { Type }]) => INERT_RESOURCE_TYPES.has(Type) && Type !== 'AWS::CDK::Metadata')
    .map(([logicalId, { Type }]) => `${Type} ${logicalId}`);
  const outputs = Object.entries(template.Outputs).filter(([, { Condition }]) => isOn(Condition));
  return {
    name: stackName,
    resourcesOf: <T extends ResourceType>(wanted: T) =>
      checked.filter(({ type }) => type === wanted).map((resource) => toResource<T>(resource)),
    outputs: Object.fromEntries(outputs.map(([name, { Value }]) => [name, String(resolve(Value))])),
    notSimulated: [...inert, ...resources.flatMap(ignoredProperties)],
  };
}
