import type { GraphQLAbstractType, GraphQLLeafType, GraphQLList, GraphQLObjectType, GraphQLOutputType } from 'graphql';
import { defaultTypeResolver, GraphQLError, isLeafType, isListType, isObjectType } from 'graphql';
import type { Complete } from './answer';
import { forget, isPromise } from './answer';
import type { Draft, Plan, PlannedField } from './planned-field';
import { ResolveInfo } from './resolve-info';
import { resolveFields } from './resolve-fields';

interface Target<Type> {
  type: Type;
  nullable: boolean;
  draft: Draft;
}

/** For a value that is there. */
export function completePresent(plan: Plan, target: Target<GraphQLOutputType>): Complete {
  const { type } = target;
  if (isLeafType(type)) return completeLeaf(type);
  if (isListType(type)) return completeList(plan, { ...target, type });
  if (isObjectType(type)) return completeObject(plan, { ...target, type });
  return completeAbstract(plan, { ...target, type: type as GraphQLAbstractType });
}

function completeLeaf(type: GraphQLLeafType): Complete {
  return (frame, key, value) => {
    const serialized = type.serialize(value);
    if (serialized == null) throw new Error(`${type.name} made nothing of a value`);
    frame.value[key] = serialized;
  };
}

function completeList(plan: Plan, { type, nullable, draft }: Target<GraphQLList<GraphQLOutputType>>): Complete {
  const entry = plan.position(type.ofType, draft);
  return (frame, key, value) => {
    if (typeof value !== 'object' || !(Symbol.iterator in value!)) {
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${draft.parentType.name}.${draft.name}".`,
      );
    }
    const list = frame.addList(key, nullable);
    let index = 0;
    try {
      for (const item of value as Iterable<unknown>) {
        if (list.dead) forget(item);
        else list.place(index, entry, item);
        index += 1;
      }
    } catch (error) {
      if (list.dead) return; // a null stands there already
      list.dead = true;
      throw error;
    }
  };
}

function completeObject(plan: Plan, { type, nullable, draft }: Target<GraphQLObjectType>): Complete {
  let fields: PlannedField[] | undefined;
  const fill: Complete = (frame, key, value) => {
    fields ??= plan.fieldsBelow(type, draft.nodes);
    resolveFields(frame.addObject(key, nullable, type.name), value, fields);
  };
  const { isTypeOf } = type;
  if (!isTypeOf) return fill;
  return (frame, key, value) => {
    const goOn = (isOfType: unknown): void => {
      if (!isOfType) throw new GraphQLError(`Expected value of type "${type.name}".`, { nodes: draft.nodes });
      fill(frame, key, value);
    };
    const answer = isTypeOf(value, frame.run.input.contextValue, new ResolveInfo(frame, draft));
    if (!isPromise(answer)) return goOn(answer);
    frame.place(key, { nodes: draft.nodes, nullable, complete: (_frame, _key, known) => goOn(known) }, answer);
  };
}

function completeAbstract(plan: Plan, { type, nullable, draft }: Target<GraphQLAbstractType>): Complete {
  const { schema } = plan.subject;
  const completes = new Map<GraphQLObjectType, Complete>();
  const resolveType = type.resolveType ?? defaultTypeResolver;
  return (frame, key, value) => {
    const goOn = (name: unknown): void => {
      const known = typeof name === 'string' ? schema.getType(name) : undefined;
      if (!isObjectType(known) || !schema.isSubType(type, known)) {
        throw new GraphQLError(`"${String(name)}" is no object type of "${type.name}".`, { nodes: draft.nodes });
      }
      let complete = completes.get(known);
      if (!complete) completes.set(known, (complete = completeObject(plan, { type: known, nullable, draft })));
      complete(frame, key, value);
    };
    const answer = resolveType(value, frame.run.input.contextValue, new ResolveInfo(frame, draft), type);
    if (!isPromise(answer)) return goOn(answer);
    frame.place(key, { nodes: draft.nodes, nullable, complete: (_frame, _key, known) => goOn(known) }, answer);
  };
}
