import { StaleRead } from '../../mechanisms/errors';
import type { View } from '../../mechanisms/projections';
import { countTimeline, readTimeline } from './request-timeline.read-model';

const page = { requestId: 'req_1', limit: 3, newest: 9n };

/** A view that is not at that position; any other read finds three facts. */
function viewThatIs(stopped: boolean): View {
  const ask = <Row extends object>(_: unknown, _values?: readonly unknown[], atLeast?: bigint) =>
    atLeast === page.newest
      ? Promise.reject(new StaleRead('behind', stopped))
      : Promise.resolve([{ position: '3', count: '3' }] as unknown as Row[]);
  return { query: ask, prepared: ask };
}

it('a timeline that is behind its request is not told, nor counted', async () => {
  await expect(readTimeline(viewThatIs(false), page)).rejects.toBeInstanceOf(StaleRead);
  await expect(countTimeline(viewThatIs(false), page)).rejects.toBeInstanceOf(StaleRead);
});

it('of one whose projection is stopped there is what there is', async () => {
  expect(await readTimeline(viewThatIs(true), page)).toMatchObject([{ position: 3n }]);
  expect(await countTimeline(viewThatIs(true), page)).toBe(3);
});
