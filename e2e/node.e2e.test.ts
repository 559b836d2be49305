import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, isInterfaceType } from 'graphql';
import {
  CollectionsDocument,
  LibrariesDocument,
  LibraryDocument,
  MeDocument,
  NodeDocument,
  NodesDocument,
  RequestMediaDocument,
  ServicesDocument,
} from '../sdk';
import type { LibraryType } from '../sdk';
import { createHouse } from './testing';
import type { Person, Server } from './testing';
import { until } from './watching';

const house = createHouse();
let server: Server;
let ben: Person;
beforeAll(async () => {
  server = await house.start();
  ({ ben } = await server.signIn());
});
afterAll(() => house.leave());

async function libraryOf(type: LibraryType): Promise<string> {
  const { libraries } = await ben.execute(LibrariesDocument);
  return libraries.find((library) => library.type === type)?.id ?? '';
}
async function firstItemOf(type: LibraryType) {
  const { library } = await ben.execute(LibraryDocument, { id: await libraryOf(type), first: 1 });
  return library?.items.nodes[0];
}

/** For each type that can be fetched by its id: how somebody comes to such an id. */
const ways: Record<string, () => Promise<string | undefined>> = {
  Account: async () => (await ben.execute(MeDocument)).me?.id,
  Collection: async () => {
    const { library } = await ben.execute(CollectionsDocument, { id: await libraryOf('MOVIE'), first: 1 });
    return library?.collections.nodes[0]?.id;
  },
  Library: () => libraryOf('MOVIE'),
  MediaItem: async () => (await firstItemOf('MOVIE'))?.id,
  MediaRequest: async () => {
    const title = { type: 'MOVIE', tmdbId: 438631 } as const;
    return (await ben.execute(RequestMediaDocument, { input: { title } })).requestMedia.request?.id;
  },
  Season: async () => (await firstItemOf('SHOW'))?.seasons[0]?.id,
  Service: () =>
    until('the first service', async () => (await ben.execute(ServicesDocument, { first: 1 })).services.nodes[0]?.id),
};

it('every type that says it is a Node has its case here', () => {
  const schema = buildSchema(readFileSync(path.join(__dirname, '../schema/schema.graphql'), 'utf8'));
  const node = schema.getType('Node');
  if (!isInterfaceType(node)) throw new Error('the schema has no interface Node');
  const types = schema.getPossibleTypes(node).map(({ name }) => name);
  expect(Object.keys(ways).sort()).toEqual([...types].sort());
});

it.each(Object.entries(ways))('%s comes back by its id, alone and among others', async (type, way) => {
  const id = (await way()) ?? '';
  expect(id).not.toBe('');
  const found = await until(
    `${type} by its id`,
    async () => (await ben.execute(NodeDocument, { id })).node ?? undefined,
  );
  expect(found).toMatchObject({ __typename: type, id });
  const { nodes } = await ben.execute(NodesDocument, { ids: ['usr_nobody', id, id] });
  expect(nodes).toEqual([null, { __typename: type, id }, { __typename: type, id }]);
});
