import { createHash, randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';

/** The one user of an instance, and how often anybody may try to be it. */
export interface Accounts {
  /** False: too many tries within the minute, right ones included. */
  allowsTry(): boolean;
  isRight(login: unknown): boolean;
  issueToken(): Promise<string>;
  isToken(token: unknown): Promise<boolean>;
}

const WINDOW_MS = 60_000;
const TRIES = 20;

export function createAccounts({
  user,
  password,
  clock,
}: {
  user: string;
  password: string;
  clock: () => Date;
}): Accounts {
  const secret = randomBytes(32);
  const fingerprint = createHash('sha256').update(password).digest('hex').slice(0, 16);
  let window = { endsAt: 0, left: TRIES };

  return {
    allowsTry() {
      const now = clock().getTime();
      if (now >= window.endsAt) window = { endsAt: now + WINDOW_MS, left: TRIES };
      window.left -= 1;
      return window.left >= 0;
    },
    isRight(login) {
      const { username, password: given } = login as { username?: unknown; password?: unknown };
      return typeof username === 'string' && username.trim() === user && given === password;
    },
    issueToken: () =>
      new SignJWT({ username: user, h: fingerprint })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuedAt()
        .sign(secret),
    async isToken(token) {
      if (typeof token !== 'string') return false;
      return jwtVerify(token, secret).then(
        () => true,
        () => false,
      );
    },
  };
}
