import { fromParkedStreams, toParkedStreams } from './parked-streams';

it('come back from their row as they were, whatever they are called', () => {
  const positions = [2n ** 63n - 1n, 7n, 8n, 9n];
  const parked = ['one "☂" \\', '__proto__', 'constructor', '7'].map((streamId, n) => ({
    streamId,
    position: positions[n]!,
    error: `cannot project it at ${positions[n]}`,
  }));
  const byId = new Map(parked.map((stream) => [stream.streamId, stream]));
  expect(toParkedStreams(JSON.parse(fromParkedStreams(byId)))).toEqual(byId);
});
