/**
 * What a schema says of the values of JSON: where objects and lists are expected. All else is a
 * single value, whose type the engine casts.
 */
type JsonShape =
  | { readonly kind: 'scalar' | 'decimal' }
  | { readonly kind: 'list'; readonly of: JsonShape }
  | { readonly kind: 'map'; readonly value: JsonShape }
  | { readonly kind: 'struct'; readonly fields: readonly JsonField[] };

/** A key of an object, and what is expected as its value. Other keys may hold anything. */
export interface JsonField {
  readonly name: string;
  readonly type: JsonShape;
}

/** A node of the tree of a schema, in the kernel's numbers. */
interface JsonNode {
  readonly shape: JsonShape;
  /** Keys from the object of a line down to the value, joined for messages. */
  readonly path: string;
}

/** A field of the node `struct`, whose value is the node `node`. */
interface NodeField {
  readonly struct: number;
  readonly name: string;
  readonly node: number;
}

/** The tree of a schema as lists. Node 0 stands for keys that the schema does not name. */
export interface JsonNodes {
  readonly nodes: readonly (JsonNode | undefined)[];
  readonly fields: readonly NodeField[];
  /** For a list or a map: the node of what it holds. */
  readonly values: ReadonlyMap<number, number>;
}

/** The node of the object of a line. */
export const ROOT_NODE = 1;

/** Lists the nodes of the objects that hold these keys, the object itself first. */
export function listNodes(fields: readonly JsonField[]): JsonNodes {
  const nodes: (JsonNode | undefined)[] = [undefined];
  const ofStructs: NodeField[] = [];
  const values = new Map<number, number>();
  const add = (shape: JsonShape, path: string): number => {
    const node = nodes.push({ shape, path }) - 1;
    if (shape.kind === 'list') values.set(node, add(shape.of, `${path}[]`));
    else if (shape.kind === 'map') values.set(node, add(shape.value, `${path}.*`));
    else if (shape.kind === 'struct') {
      for (const { name, type } of shape.fields) {
        const below = path === '' ? name : `${path}.${name}`;
        ofStructs.push({ struct: node, name, node: add(type, below) });
      }
    }
    return node;
  };
  add({ kind: 'struct', fields }, '');
  return { nodes, fields: ofStructs, values };
}
