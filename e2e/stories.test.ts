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
