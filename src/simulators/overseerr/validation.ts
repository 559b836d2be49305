import { describedRefusal, Refusal } from './refusals';

/** What the API's description says of one parameter or body property. */
export interface Rule {
  type: 'string' | 'number' | 'boolean' | 'array' | 'seasons';
  nullable?: true;
  required?: true;
  oneOf?: readonly string[];
}
export type Rules = Readonly<Record<string, Rule>>;
export type Query = Readonly<Record<string, string>>;

interface Complaint {
  path: string;
  message: string;
  errorCode: string;
}

/** These must be percent-encoded in a query value, though encodeURIComponent leaves some of them raw. */
const RESERVED = /[:/?#[\]@!$&'()*+,;=]/;

function schemaRefusal(complaints: Complaint[]): Refusal {
  // A missing property is reported at its parent in the sentence, at itself in the list.
  const place = ({ path, errorCode }: Complaint): string =>
    errorCode.startsWith('required') ? path.slice(0, path.lastIndexOf('.')) : path;
  return new Refusal(400, {
    message: complaints.map((complaint) => `request${place(complaint)} ${complaint.message}`).join(', '),
    errors: complaints,
  });
}

const complaint = (path: string, message: string, kind: string): Complaint => ({
  path,
  message,
  errorCode: `${kind}.openapi.validation`,
});

const typeComplaint = (path: string, rule: Rule): Complaint =>
  complaint(path, `should be ${rule.type}${rule.nullable ? ',null' : ''}`, 'type');

const allowedValues = (path: string, values: readonly string[]): Complaint =>
  complaint(path, `should be equal to one of the allowed values: ${values.join(', ')}`, 'enum');

function seasonsComplaints(path: string, value: unknown): Complaint[] {
  if (value === 'all') return [];
  const found: Complaint[] = [];
  if (Array.isArray(value)) {
    value.forEach((season, index) => {
      if (typeof season !== 'number') found.push(complaint(`${path}[${index}]`, 'should be number', 'type'));
    });
    if (found.length === 0) return [];
  } else {
    found.push(complaint(path, 'should be array', 'type'));
  }
  if (typeof value !== 'string') found.push(complaint(path, 'should be string', 'type'));
  found.push(allowedValues(path, ['all']));
  return [...found, complaint(path, 'should match exactly one schema in oneOf', 'oneOf')];
}

function complaintsOf(path: string, rule: Rule, value: unknown): Complaint[] {
  if (value === undefined) {
    const name = path.slice(path.lastIndexOf('.') + 1);
    return rule.required ? [complaint(path, `should have required property '${name}'`, 'required')] : [];
  }
  if (value === null && rule.nullable) return [];
  if (rule.type === 'seasons') return seasonsComplaints(path, value);
  const isOfType = rule.type === 'array' ? Array.isArray(value) : typeof value === rule.type;
  if (!isOfType) return [typeComplaint(path, rule)];
  return rule.oneOf && !rule.oneOf.includes(value as string) ? [allowedValues(path, rule.oneOf)] : [];
}

/** Parameters arrive as text; where a number is described, numeric text is one. */
function coerced(rule: Rule, value: unknown): unknown {
  return rule.type === 'number' && typeof value === 'string' && Number.isFinite(Number(value)) ? Number(value) : value;
}

function parametersComplaints(place: string, rules: Rules, values: Readonly<Record<string, unknown>>): Complaint[] {
  return Object.entries(rules).flatMap(([name, rule]) =>
    complaintsOf(`.${place}.${name}`, rule, coerced(rule, values[name])),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Checks the query as it was sent: after decoding, a raw reserved character would look like an encoded one. */
export function validatedQuery(rules: Rules, raw: string): Query {
  const values: Record<string, string | string[]> = {};
  for (const [name, value] of raw.split('&').filter(Boolean).map(pairOf)) {
    if (rules[name] && RESERVED.test(value)) {
      const message = `Parameter '${name}' must be url encoded. Its value may not contain reserved characters.`;
      throw describedRefusal(400, `.query.${name}`, message);
    }
    const before = values[name];
    values[name] = before === undefined ? decoded(value) : [before, decoded(value)].flat();
  }
  for (const [name, value] of Object.entries(values)) {
    if (!rules[name]) throw describedRefusal(400, `.query.${name}`, `Unknown query parameter '${name}'`);
    if (value === '') {
      throw describedRefusal(400, `.query.${name}`, `Empty value found for query parameter '${name}'`);
    }
  }
  const complaints = parametersComplaints('query', rules, values);
  if (complaints.length > 0) throw schemaRefusal(complaints);
  return values as Query; // lists did not pass: every described parameter is a scalar
}

function pairOf(part: string): [string, string] {
  const equals = part.indexOf('=');
  return equals < 0 ? [decoded(part), ''] : [decoded(part.slice(0, equals)), part.slice(equals + 1)];
}

export function validateParams(rules: Rules, params: Query): void {
  const complaints = parametersComplaints('params', rules, params);
  if (complaints.length > 0) throw schemaRefusal(complaints);
}

export function validateContentType(contentType: string | undefined, path: string): void {
  if (contentType === undefined || !/^application\/json\b/i.test(contentType)) {
    throw describedRefusal(415, path, `unsupported media type ${contentType}`);
  }
}

/** Properties that the description does not know pass, unlike unknown query parameters. */
export function validatedBody(rules: Rules, body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw schemaRefusal([complaint('.body', 'should be object', 'type')]);
  }
  const values = body as Record<string, unknown>;
  const complaints = Object.entries(rules).flatMap(([name, rule]) => complaintsOf(`.body.${name}`, rule, values[name]));
  // Missing properties are told first.
  const missing = complaints.filter(({ errorCode }) => errorCode.startsWith('required'));
  if (complaints.length > 0) throw schemaRefusal([...missing, ...complaints.filter((one) => !missing.includes(one))]);
  return values;
}
