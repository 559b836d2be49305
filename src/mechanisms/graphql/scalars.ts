import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLJSONObject } from 'graphql-scalars';

const POSITION = /^p1\.[a-z0-9]{1,32}\.[0-9]{1,19}$/;

function position(value: unknown): string {
  if (typeof value !== 'string' || !POSITION.test(value)) {
    throw new GraphQLError('A Position is a text like p1.pg7f3a.184233, as an answer of this server gave it.');
  }
  return value;
}

/** Only the form is checked here; whether it is one of this store says the event store's `parsePosition`. */
export const Position = new GraphQLScalarType<string, string>({
  name: 'Position',
  description:
    'A place in the log of this server, opaque. Mutations return it, queries take it as `atLeast`, subscriptions as `after`.',
  serialize: position,
  parseValue: position,
  parseLiteral: (node) => position(node.kind === Kind.STRING ? node.value : undefined),
});

/** A Date in our code, ISO 8601 at UTC in answers. */
export const DateTime = new GraphQLScalarType<Date, string>({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  description: 'A point in time: ISO 8601 at UTC, like 2026-01-31T20:15:00.000Z.',
});

/** Named particulars whose shape differs from entry to entry. */
export const JsonObject = new GraphQLScalarType<object, object>({
  ...GraphQLJSONObject.toConfig(),
  name: 'JSONObject',
  description: 'An object as JSON has it.',
  specifiedByURL: null,
});
