import { ACCOUNT } from './account.ts';
import { UnsupportedTemplate } from './deploy-errors.ts';

/** What a template's intrinsic functions may refer to. */
export interface References {
  /** Value of `Ref` to a resource or parameter; undefined when there is none of that name. */
  ref(logicalId: string): unknown;
  /**
   * Value of `Fn::GetAtt`.
   *
   * @throws {UnsupportedTemplate} the resource has no such attribute here.
   */
  attribute(logicalId: string, attribute: string): string;
  readonly stackName: string;
  readonly conditions: Readonly<Record<string, unknown>>;
}

/** Resolves the intrinsic functions in a template value. */
export type Resolve = (value: unknown) => unknown;

/** Stands for `AWS::NoValue`: the property or list item that resolves to it is left out. */
const NO_VALUE = Symbol('AWS::NoValue');

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new UnsupportedTemplate(`${where} must give text, got ${JSON.stringify(value)}`);
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new UnsupportedTemplate(`${where} must be a list, got ${JSON.stringify(value)}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Resolver {
  readonly #references: References;
  readonly #pseudo: Readonly<Record<string, unknown>>;

  constructor(references: References) {
    this.#references = references;
    this.#pseudo = {
      'AWS::AccountId': ACCOUNT.accountId,
      'AWS::Region': ACCOUNT.region,
      'AWS::Partition': ACCOUNT.partition,
      'AWS::URLSuffix': ACCOUNT.urlSuffix,
      'AWS::StackName': references.stackName,
      'AWS::StackId': `arn:${ACCOUNT.partition}:cloudformation:${ACCOUNT.region}:${ACCOUNT.accountId}:stack/${references.stackName}/local`,
      'AWS::NoValue': NO_VALUE,
    };
  }

  resolve(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => this.resolve(item)).filter((item) => item !== NO_VALUE);
    }
    if (!isRecord(value)) return value;
    const [name, ...others] = Object.keys(value);
    if (name !== undefined && others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
      return this.#call(name, value[name]);
    }
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, item]) => [key, this.resolve(item)] as const)
        .filter(([, item]) => item !== NO_VALUE),
    );
  }

  #call(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.#ref(text(argument, name));
      case 'Fn::GetAtt':
        return this.#getAtt(argument);
      case 'Fn::Join': {
        const [delimiter, items] = list(argument, name);
        return list(this.resolve(items), name)
          .map((item) => text(item, name))
          .join(text(delimiter, name));
      }
      case 'Fn::Split': {
        const [delimiter, source] = list(argument, name);
        return text(this.resolve(source), name).split(text(delimiter, name));
      }
      case 'Fn::Select':
        return this.#select(list(argument, name));
      case 'Fn::Sub':
        return this.#sub(argument);
      case 'Fn::If': {
        const [condition, whenTrue, whenFalse] = list(argument, name);
        return this.resolve(this.#condition(text(condition, name)) ? whenTrue : whenFalse);
      }
      default:
        throw new UnsupportedTemplate(`the intrinsic function ${name} is not supported`);
    }
  }

  #ref(name: string): unknown {
    const value = name in this.#pseudo ? this.#pseudo[name] : this.#references.ref(name);
    if (value === undefined) throw new UnsupportedTemplate(`Ref to ${name}, which has no value`);
    return value;
  }

  #getAtt(argument: unknown): string {
    const path = typeof argument === 'string' ? argument.split('.') : list(argument, 'Fn::GetAtt');
    const [logicalId, ...attribute] = path.map((part) => text(part, 'Fn::GetAtt'));
    return this.#references.attribute(logicalId ?? '', attribute.join('.'));
  }

  #select(argument: readonly unknown[]): unknown {
    const [index, items] = argument;
    const from = list(this.resolve(items), 'Fn::Select');
    const selected = from[Number(this.resolve(index))];
    if (selected !== undefined) return selected;
    throw new UnsupportedTemplate(`Fn::Select ${String(index)} is outside ${JSON.stringify(from)}`);
  }

  #sub(argument: unknown): string {
    const [pattern, given] = typeof argument === 'string' ? [argument] : list(argument, 'Fn::Sub');
    const variables = isRecord(given) ? given : {};
    return text(pattern, 'Fn::Sub').replace(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (name in variables) return text(this.resolve(variables[name]), name);
      return name.includes('.') ? this.#getAtt(name) : text(this.#ref(name), name);
    });
  }

  #condition(name: string): boolean {
    if (!(name in this.#references.conditions)) {
      throw new UnsupportedTemplate(`the condition ${name} is not defined`);
    }
    return this.#holds(this.#references.conditions[name]);
  }

  #holds(expression: unknown): boolean {
    const [name, argument] = Object.entries(isRecord(expression) ? expression : {})[0] ?? [];
    if (name === 'Condition') return this.#condition(text(argument, name));
    if (name === 'Fn::Equals') {
      const [left, right] = list(argument, name).map((side) => this.resolve(side));
      return left === right;
    }
    if (name === 'Fn::Not') return !this.#holds(list(argument, name)[0]);
    if (name === 'Fn::And') return list(argument, name).every((part) => this.#holds(part));
    if (name === 'Fn::Or') return list(argument, name).some((part) => this.#holds(part));
    throw new UnsupportedTemplate(`the condition ${JSON.stringify(expression)} is not supported`);
  }

  isOn(condition: string | undefined): boolean {
    return condition === undefined || this.#condition(condition);
  }
}

/**
 * Makes two functions. One resolves `Ref`, `Fn::GetAtt`, `Fn::Join`, `Fn::Split`, `Fn::Select`,
 * `Fn::Sub` and `Fn::If`; the other decides whether the `Condition` of a resource holds.
 *
 * @throws {UnsupportedTemplate} from both functions: another intrinsic function, or a missing
 *   reference, by its name.
 */
export function createResolver(references: References): {
  readonly resolve: Resolve;
  readonly isOn: (condition: string | undefined) => boolean;
} {
  const resolver = new Resolver(references);
  return {
    resolve: (value) => resolver.resolve(value),
    isOn: (condition) => resolver.isOn(condition),
  };
}
