import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { malformedXml } from './errors.ts';

/** What an element may hold: text, child elements by name, or a list (the element is repeated). */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | { readonly [name: string]: XmlValue }
  | readonly XmlValue[];

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const NAMED_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  htmlEntities: true,
});

function escapeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may hold control characters
  return text.replace(/[&<>"\u0000-\u001f]/g, (character) => {
    return NAMED_ENTITIES[character] ?? `&#${character.charCodeAt(0)};`;
  });
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

function renderElement(name: string, value: XmlValue, attributes = ''): string {
  if (value === undefined) return '';
  if (isList(value)) return value.map((item) => renderElement(name, item)).join('');
  const content =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([child, childValue]) => renderElement(child, childValue))
          .join('')
      : escapeText(String(value));
  return `<${name}${attributes}>${content}</${name}>`;
}

/**
 * Renders a result document in S3's namespace; undefined members are left out, lists are repeated
 * elements.
 */
export function renderXml(root: string, value: XmlValue): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement(root, value, ` xmlns="${NAMESPACE}"`)}`;
}

/** Renders an error document, which S3 sends without a namespace. */
export function renderErrorXml(value: XmlValue): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement('Error', value)}`;
}

/**
 * An element of a request body: every child is a list, because XML does not say which may repeat.
 */
export interface XmlElement {
  /**
   * Text of the only child of that name; undefined when there is none.
   *
   * @throws {S3Error} it has children.
   */
  text(name: string): string | undefined;
  /** Child elements of that name, in document order. */
  children(name: string): readonly XmlElement[];
  /** Names of the children present. */
  readonly names: readonly string[];
}

function toElement(node: unknown): XmlElement {
  const entries: Readonly<Record<string, unknown>> =
    typeof node === 'object' && node !== null ? { ...node } : {};
  const list = (name: string): readonly unknown[] => {
    const value = Object.hasOwn(entries, name) ? entries[name] : undefined;
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  };
  return {
    names: Object.keys(entries).filter((name) => name !== '#text'),
    children: (name) => list(name).map(toElement),
    text: (name) => {
      const [value, ...more] = list(name);
      if (value === undefined) return undefined;
      if (more.length > 0 || typeof value !== 'string') throw malformedXml();
      return value;
    },
  };
}

/**
 * Parses a request body whose root element is `root`.
 *
 * @throws {S3Error} `MalformedXML`: not well-formed, another root, or a document type (no entity is
 *   ever expanded).
 */
export function parseXml(body: string, root: string): XmlElement {
  if (body.includes('<!DOCTYPE') || XMLValidator.validate(body) !== true) throw malformedXml();
  const [element] = toElement(parser.parse(body)).children(root);
  if (element === undefined) throw malformedXml();
  return element;
}
