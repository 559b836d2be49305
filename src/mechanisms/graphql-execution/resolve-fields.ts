import { getArgumentValues } from 'graphql';
import type { Frame } from './answer';
import type { PlannedField } from './planned-field';
import { ResolveInfo } from './resolve-info';

/** Resolves the fields of one object, in their order, as long as anybody will see them. */
export function resolveFields(frame: Frame, source: unknown, fields: readonly PlannedField[]): void {
  for (const field of fields) {
    if (frame.dead) return;
    let value: unknown;
    try {
      value = valueOf(frame, source, field);
    } catch (error) {
      frame.run.fail({ frame, key: field.responseName }, field, error);
      continue;
    }
    if (typeof value === field.plain) frame.value[field.responseName] = value;
    else frame.place(field.responseName, field, value);
  }
}

function valueOf(frame: Frame, source: unknown, field: PlannedField): unknown {
  const { run } = frame;
  const { resolve } = field.definition;
  if (resolve) return resolve(source, argumentsOf(frame, field), run.input.contextValue, new ResolveInfo(frame, field));
  if ((typeof source !== 'object' || source === null) && typeof source !== 'function') return undefined;
  const owner = source as Record<string, unknown>;
  const property = owner[field.name];
  if (typeof property !== 'function') return property;
  return property.call(owner, argumentsOf(frame, field), run.input.contextValue, new ResolveInfo(frame, field));
}

/** New ones for each call: a resolver may do with them what it likes. */
function argumentsOf({ run }: Frame, { definition, nodes }: PlannedField): Record<string, unknown> {
  return definition.args.length === 0 ? {} : getArgumentValues(definition, nodes[0]!, run.input.variableValues);
}
