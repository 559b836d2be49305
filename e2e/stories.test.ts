import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, extendSchema, parse, validate } from 'graphql';

const root = path.resolve(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const schema = extendSchema(buildSchema(read('schema/schema.graphql')), parse(read('schema/demo.graphql')));
const folder = 'src/playground/stories';

it.each(readdirSync(path.join(root, folder)))('the story %s can be played on this schema', (file) => {
  expect(validate(schema, parse(read(`${folder}/${file}`)))).toEqual([]);
});

/** What a reader pastes, and what a script sends with curl. */
const told = (file: string): string[] => [
  ...[...read(file).matchAll(/^```graphql\n(.*?)^```/gms)].map(([, block = '']) => block),
  ...[...read(file).matchAll(/-d '(\{"query":.*\})'$/gm)].map(
    ([, body = '']) => (JSON.parse(body) as { query: string }).query,
  ),
];

it('what the README shows can be run on this schema, a block at a time', () => {
  const operations = told('README.md');
  expect(operations).toHaveLength(5);
  for (const operation of operations) expect(validate(schema, parse(operation))).toEqual([]);
});
