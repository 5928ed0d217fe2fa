import type { RequestFields } from './request-file.ts';

function sectionOf(fields: RequestFields, name: string): RequestFields {
  const value = fields[name];
  const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isSection ? (value as RequestFields) : {};
}

/** The section of `output` that a label stands in: `text` of CSV, else `output` itself. */
function labelSections(fields: RequestFields) {
  const output = sectionOf(fields, 'output');
  const text = sectionOf(output, 'text');
  return { output, text, isText: text['label'] !== undefined };
}

/** Where the labels of a request lie, if an object or a file has them. */
export function labelPlace(fields: RequestFields): string | undefined {
  const { output, text, isText } = labelSections(fields);
  const { uri } = sectionOf(isText ? text : output, 'label');
  return typeof uri === 'string' ? uri : undefined;
}

/** The request with its labels at another place. */
export function withLabelPlace(fields: RequestFields, uri: string): RequestFields {
  const { output, text, isText } = labelSections(fields);
  const section = isText ? text : output;
  const labelled = { ...section, label: { ...sectionOf(section, 'label'), uri } };
  return { ...fields, output: isText ? { ...output, text: labelled } : labelled };
}
