import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Writable } from 'node:stream';
import { createLogger } from './logger';

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  write(createLogger({ level: 'info', destination }));
  return text;
}

describe('the log', () => {
  it.each([
    ['a header', { headers: { authorization: 'Bearer canary' } }],
    ['a header of the request service', { headers: { 'x-api-key': 'canary' } }],
    ['a token', { token: 'canary' }],
    ['a session', { session: { accessToken: 'canary' } }],
    ['a setting', { settings: { overseerr: { apiKey: 'canary' } } }],
    ['a password', { connection: { password: 'canary' } }],
  ])('never holds the secret of %s', (_what, fields) => {
    const text = logged((log) => log.info(fields, 'something happened'));
    expect(text).toContain('something happened');
    expect(text).not.toContain('canary');
  });

  it('keeps of an error what is plain, not the objects that hang on it', () => {
    const error = Object.assign(new Error('broken'), { failure: 'TIMEOUT', client: { secretKey: 'canary' } });
    const text = logged((log) => log.warn({ err: error }, 'a connection broke'));
    expect(text).toContain('TIMEOUT');
    expect(text).not.toContain('canary');
  });

  it('says once what an error and its cause say alike, and all of the cause in the stack', () => {
    const error = new Error('away: refused', { cause: new Error('refused') });
    const { err } = JSON.parse(logged((log) => log.warn({ err: error }, 'a connection broke'))) as { err: Error };
    expect(err.message).toBe('away: refused');
    expect(err.stack).toContain('caused by: Error: refused');
  });

  it('keeps the code of an error, which an operator looks for', () => {
    const error = Object.assign(new Error('no'), { code: '22P05' });
    expect(logged((log) => log.error({ err: error }, 'failed'))).toContain('22P05');
  });

  /** What a process says that logs so many lines, and then does this. */
  function saidBy(lines: number, end: string): string[] {
    const program = `
      const { createLogger, flushLog } = require(${JSON.stringify(path.join(__dirname, 'index.ts'))});
      const log = createLogger({ level: 'info' });
      for (let n = 0; n < ${lines}; n += 1) log.info({ n }, 'a line');
      ${end}`;
    const { stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--eval', program], {
      cwd: path.resolve(__dirname, '../../..'),
      encoding: 'utf8',
    });
    return stderr.split('\n');
  }

  it.each([
    ['exits', 'process.exit(3)'],
    ['crashes', 'throw new Error("crash")'],
    ['has nothing more to do', ''],
  ])('loses no line of a process that %s', (_how, end) => {
    const lines = saidBy(200, end).filter((line) => line.startsWith('{'));
    expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual([...Array(200).keys()]);
  });

  it('comes before what is said after it', () => {
    const said = saidBy(1, "flushLog(); process.stderr.write('medianest: no\\n')");
    expect(said).toEqual([expect.stringContaining('a line'), 'medianest: no', '']);
  });
});
