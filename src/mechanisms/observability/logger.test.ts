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

  it('keeps the code of an error, which an operator looks for', () => {
    const error = Object.assign(new Error('no'), { code: '22P05' });
    expect(logged((log) => log.error({ err: error }, 'failed'))).toContain('22P05');
  });
});
