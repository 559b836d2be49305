import { createLogger } from '../mechanisms/observability';
import { createReleases } from './shutdown';

const silent = createLogger({ level: 'silent' });

describe('releases', () => {
  it('close the last opened first, one after the other', async () => {
    const closed: string[] = [];
    const releases = createReleases(silent);
    releases.add('first', () => void closed.push('first'));
    releases.add('second', async () => {
      await Promise.resolve();
      closed.push('second');
    });
    await releases.releaseAll();
    expect(closed).toEqual(['second', 'first']);
  });

  it('go on when one fails, and close each once', async () => {
    const closed: string[] = [];
    const releases = createReleases(silent);
    releases.add('first', () => void closed.push('first'));
    releases.add('second', () => Promise.reject(new Error('stuck')));
    await Promise.all([releases.releaseAll(), releases.releaseAll()]);
    await releases.releaseAll();
    expect(closed).toEqual(['first']);
  });

  it('leave behind what does not close in time', async () => {
    jest.useFakeTimers();
    const closed: string[] = [];
    const releases = createReleases(silent);
    releases.add('first', () => void closed.push('first'));
    releases.add('stuck', () => new Promise(() => undefined));
    releases.add(
      'slow',
      () => new Promise((resolve) => setTimeout(resolve, 19_000)).then(() => void closed.push('slow')),
      20_000,
    );
    const done = releases.releaseAll();
    await jest.advanceTimersByTimeAsync(30_000);
    await done;
    jest.useRealTimers();
    expect(closed).toEqual(['slow', 'first']);
  });
});
