import { WebSocket } from 'ws';
import {
  createMediaNestClient,
  DemoSetFaultDocument,
  HandoverUpdatedDocument,
  LeaveRequestDocument,
  PositionExpiredError,
  RequestMediaDocument,
  RequestUpdatedDocument,
  ServerInfoDocument,
} from '../sdk';
import type { MediaNestError, RequestUpdatedSubscription } from '../sdk';
import { createHouse } from './testing';
import type { Person, Server } from './testing';
import { until, watch } from './watching';

const house = createHouse();
let server: Server;
let olga: Person;
let ben: Person;
let cleo: Person;

beforeAll(async () => {
  server = await house.start();
  ({ olga, ben, cleo } = await server.signIn());
});
afterAll(() => house.leave());

type Update = RequestUpdatedSubscription['requestUpdated'];
const here = async () => (await ben.execute(ServerInfoDocument)).serverInfo.position!;
const numberOf = (position: string) => BigInt(position.split('.')[2] ?? '');
const nameOf = ({ request: { id }, change: { type, at } }: Update) => `${id} ${type} ${at}`;

async function ask(person: Person, tmdbId: number) {
  const { requestMedia } = await person.execute(RequestMediaDocument, { input: { title: { type: 'MOVIE', tmdbId } } });
  return requestMedia.request?.id ?? '';
}

/** What comes after a position, up to the first that is so; then leaves in the middle. */
async function read(after: string, isLast: (update: Update) => boolean): Promise<Update[]> {
  const person = server.as(cleo.token);
  const updates: Update[] = [];
  for await (const { requestUpdated } of person.subscribe(RequestUpdatedDocument, { after })) {
    updates.push(requestUpdated);
    if (isLast(requestUpdated)) break;
  }
  await person.close();
  return updates;
}

it('who was away goes on after the last position: nothing is lost, and a repeat only within one position', async () => {
  const start = await here();
  const id = await ask(ben, 550);
  const isAvailable = ({ request, change }: Update) => request.id === id && change.type === 'MediaBecameAvailable';
  // Away after each single update, and back with its position: some of it happened meanwhile, some has not yet.
  const seen: Update[] = [];
  for (let after = start; ; after = seen.at(-1)?.position ?? after) {
    const [update] = await read(after, () => true);
    if (!update) throw new Error('the subscription ended');
    seen.push(update);
    if (isAvailable(update)) break;
  }
  const whole = await read(start, isAvailable);
  expect(seen.map(nameOf)).toEqual(whole.map(nameOf));
  const positions = whole.map(({ position }) => numberOf(position));
  expect([...positions].sort((a, b) => Number(a - b))).toEqual(positions);
  expect(positions[0]).toBeGreaterThan(numberOf(start));
});

it('who stayed, and who comes back with any position of those, hear the same', async () => {
  await olga.execute(DemoSetFaultDocument, { kind: 'OVERSEERR', fault: 'DOWN' }); // so that it stays open
  const start = await here();
  const stayed = watch(cleo.subscribe(RequestUpdatedDocument, { after: start }));
  const id = await ask(ben, 438631);
  for (let turn = 0; turn < 3; turn += 1) {
    await ask(cleo, 438631);
    await cleo.execute(LeaveRequestDocument, { id });
  }
  await olga.execute(DemoSetFaultDocument, { kind: 'OVERSEERR', fault: 'NONE' });
  const isLast = ({ request, change }: Update) => request.id === id && change.type === 'UpstreamRequestCreated';
  await stayed.first('it is handed over', ({ requestUpdated }) => isLast(requestUpdated));
  await stayed.stop();

  const updates = stayed.seen.map(({ requestUpdated }) => requestUpdated);
  const all = updates.slice(0, updates.findIndex(isLast) + 1);
  expect(all.filter(({ change }) => change.type === 'RequestLeft')).toHaveLength(3);
  for (const [index, { position }] of all.slice(0, -1).entries()) {
    expect((await read(position, isLast)).map(nameOf)).toEqual(all.slice(index + 1).map(nameOf));
  }
});

it('who stays over a server that is killed, and over one that goes, hears every change once', async () => {
  const start = await here();
  const { url } = server;
  const client = createMediaNestClient({ url, token: cleo.token, webSocket: WebSocket });
  const stayed = watch(client.subscribe(RequestUpdatedDocument));
  const isHandedOver = (id: string) => (update: Update) =>
    update.request.id === id && update.change.type === 'UpstreamRequestCreated';
  const again = async () => {
    server = await house.start({ PORT: new URL(url).port });
    ({ olga, ben, cleo } = await server.signIn());
  };
  try {
    const first = await ask(ben, 496243);
    await stayed.first('the first is handed over', ({ requestUpdated }) => isHandedOver(first)(requestUpdated));
    await server.kill9();
    await until('the end of all its children', () => (house.children().length === 0 ? true : undefined));
    await again();
    const second = await ask(ben, 693134);
    await server.stop();
    await again();
    const third = await ask(ben, 335984);
    const isLast = ({ request, change }: Update) => request.id === third && change.type === 'MediaBecameAvailable';
    await stayed.first('the third is there', ({ requestUpdated }) => isLast(requestUpdated));

    const updates = stayed.seen.map(({ requestUpdated }) => requestUpdated);
    expect(updates.filter(isHandedOver(second))).toHaveLength(1);
    const heard = updates.map(nameOf); // perhaps more than the third: the second may come after it
    expect((await read(start, (update) => nameOf(update) === heard.at(-1))).map(nameOf)).toEqual(heard);
  } finally {
    await client.close();
  }
});

describe('a position that cannot be gone on from is refused with a reason:', () => {
  const refusal = async (after: string) => {
    return (await watch(cleo.subscribe(RequestUpdatedDocument, { after })).ended()) as MediaNestError;
  };

  it('one of another store', async () => {
    expect(await refusal('p1.pgother.1')).toBeInstanceOf(PositionExpiredError);
  });

  it('one beyond the end', async () => {
    const [version, store] = (await here()).split('.');
    expect(await refusal(`${version}.${store}.999999999`)).toBeInstanceOf(PositionExpiredError);
  });

  it.each(['yesterday', '', 'p1.x', '17'])('"%s"', async (after) => {
    const { code, message } = await refusal(after);
    expect(code).toBe('BAD_USER_INPUT');
    expect(message).toContain('Position');
  });

  it('a request that is not there', async () => {
    const ended = await watch(cleo.subscribe(HandoverUpdatedDocument, { requestId: 'req_nothing' })).ended();
    expect(ended).toMatchObject({ code: 'NOT_FOUND' });
  });
});
