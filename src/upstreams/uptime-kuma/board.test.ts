import { createBoard } from './board';
import type { Monitor } from './shapes';
import { watcher } from './testing';
import type { UpstreamBeat } from '.';

const monitor = (id: string, change: Partial<Monitor> = {}): Monitor => ({
  id,
  name: `monitor ${id}`,
  type: 'http',
  active: true,
  parent: null,
  ...change,
});
const beat = (second: number, status: UpstreamBeat['status'] = 'UP'): UpstreamBeat => ({
  status,
  at: `2026-05-01T10:00:0${second}.000Z`,
  message: null,
  pingMs: 1,
});

function board() {
  const heard = watcher();
  return { ...createBoard(heard.listener), ...heard };
}
const one = (...beats: UpstreamBeat[]) => [expect.objectContaining({ externalId: '1', beats })];

it('tells nothing before the history of every monitor has come', () => {
  const { replace, history, boards, isComplete } = board();
  replace([monitor('1'), monitor('2')], []);
  history('1', [beat(1)]);
  expect([boards, isComplete()]).toEqual([[], false]);
  history('2', []);
  expect(isComplete()).toBe(true);
  expect(boards.map((services) => services.map(({ beats }) => beats))).toEqual([[[beat(1)], []]]);
});

it('tells a check once that came live and in the history, and one that came before its monitor', () => {
  const { replace, beats, history, boards, news } = board();
  beats('1', [beat(2)]);
  beats('1', [beat(3)]);
  history('1', [beat(1), beat(2)]);
  replace([monitor('1')], []);
  expect(boards).toEqual([one(beat(1), beat(2), beat(3))]);
  beats('1', [beat(3)]);
  beats('1', [beat(4)]);
  expect(news.flatMap((service) => service.beats)).toEqual([beat(4)]);
});

it('an empty instance is a board too', () => {
  const { replace, boards } = board();
  replace([], []);
  expect(boards).toEqual([[]]);
});

it('says what a monitor is filed under, whatever the order of the list', () => {
  const { replace, merge, history, boards, news } = board();
  history('1', []);
  history('2', []);
  replace([monitor('1', { parent: '2' }), monitor('2', { name: 'At home', type: 'group' })], []);
  expect(boards[0]?.map(({ group }) => group)).toEqual(['At home', null]);
  merge([monitor('1', { name: 'renamed' })]);
  expect(news).toMatchObject([{ name: 'renamed', group: null }]);
});

it('says when a change concerns what is filed under a monitor: switched off or on, renamed, or gone', () => {
  const { replace, merge, remove, history } = board();
  ['1', '2'].forEach((id) => history(id, []));
  replace([monitor('1', { parent: '2' }), monitor('2', { type: 'group' })], []);
  expect(merge([monitor('1', { parent: '2', active: false })])).toBe(false);
  expect(merge([monitor('2', { type: 'group' })])).toBe(false);
  expect(merge([monitor('2', { type: 'group', active: false })])).toBe(true);
  expect(merge([monitor('2', { type: 'group', active: false, name: 'another' })])).toBe(true);
  expect(remove('2')).toBe(true);
  expect(remove('1')).toBe(false);
});

it('what is not in a later list is gone; what could not be read there stays', () => {
  const { replace, history, remove, boards, gone } = board();
  ['1', '2', '3'].forEach((id) => history(id, []));
  replace([monitor('1'), monitor('2'), monitor('3')], []);
  replace([monitor('1')], ['2']);
  expect(boards[1]?.map(({ externalId }) => externalId)).toEqual(['1', '2']);
  remove('2');
  expect(gone).toEqual(['2']);
});

it('a check of a monitor that is off waits until it is on again', () => {
  const { replace, merge, beats, history, news } = board();
  history('1', [beat(1)]);
  replace([monitor('1')], []);
  merge([monitor('1', { active: false })]);
  beats('1', [beat(2)]);
  merge([monitor('1')]);
  expect(news.map(({ paused, beats: told }) => [paused, told])).toEqual([
    [true, []],
    [false, [beat(2)]],
  ]);
});

it('of a monitor that is off at the login the history is not told', () => {
  const { replace, history, boards } = board();
  history('1', [beat(1)]);
  replace([monitor('1', { active: false })], []);
  expect(boards).toEqual([[expect.objectContaining({ paused: true, beats: [] })]]);
});

it('keeps a bounded number of checks', () => {
  const { beats, history, replace, boards } = board();
  for (let n = 1000; n < 2000; n++) beats('1', [{ ...beat(1), at: `2026-05-01T10:00:00.${n}Z` }]);
  history('1', []);
  replace([monitor('1')], []);
  expect(boards[0]?.[0]?.beats).toHaveLength(200);
});
