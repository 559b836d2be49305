import type { GraphQLResolveInfo } from 'graphql';
import type { Frame } from './answer';
import type { Draft } from './planned-field';

type Path = GraphQLResolveInfo['path'];

/** What a resolver may ask about where it stands. Most never do, so that it is put together when they do. */
export class ResolveInfo implements GraphQLResolveInfo {
  readonly #frame: Frame;
  readonly #field: Draft;

  constructor(frame: Frame, field: Draft) {
    this.#frame = frame;
    this.#field = field;
  }

  get fieldName() {
    return this.#field.name;
  }
  get fieldNodes() {
    return this.#field.nodes;
  }
  get returnType() {
    return this.#field.definition.type;
  }
  get parentType() {
    return this.#field.parentType;
  }
  get path(): Path {
    let frame = this.#frame;
    while (frame.typeName === undefined && frame.parent) frame = frame.parent; // of the field, for an entry of its list too
    return pathTo(frame, this.#field.responseName);
  }
  get schema() {
    return this.#frame.run.subject.schema;
  }
  get fragments() {
    return this.#frame.run.subject.fragments;
  }
  get rootValue() {
    return this.#frame.run.input.rootValue;
  }
  get operation() {
    return this.#frame.run.subject.operation;
  }
  get variableValues() {
    return this.#frame.run.input.variableValues;
  }
}

function pathTo({ parent, key: ownKey, typeName }: Frame, key: string | number): Path {
  return { prev: parent && pathTo(parent, ownKey), key, typename: typeName };
}
