import { createHash, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { Conflict, InvalidInput } from '../../mechanisms/errors';
import type { CommandHandler } from '../../mechanisms/event-store';
import type { Queryable } from '../../mechanisms/postgres';
import type { Account, Role, Session, Standing } from './account';
import type { AccountCommand } from './decider';
import { accountDecider } from './decider';
import type { AccountDirectory } from './loaders';
import { TOKEN } from './loaders';

const CODE_BYTES = 32;
const CODE_TTL_MS = 60 * 60 * 1000;
const SESSION_TTL_MS = 12 * 60 * 60 * 1000;

export interface TokenParts {
  key: Uint8Array;
  clock: () => Date;
}

/** Issues access tokens, and sessions of the usual length. */
export function createTokenCommands({ key, clock }: TokenParts) {
  if (key.length < 32) throw new TypeError('the key of the tokens has at least 32 bytes');

  async function issue({ id }: Account, ttlMs: number): Promise<{ accessToken: string; expiresAt: Date }> {
    const now = clock();
    // A token counts in whole seconds; what we say of its end is what it says.
    const expiresAt = new Date(Math.floor((now.getTime() + ttlMs) / 1000) * 1000);
    const accessToken = await new SignJWT()
      .setProtectedHeader({ alg: TOKEN.algorithm, typ: TOKEN.type })
      .setSubject(id)
      .setIssuer(TOKEN.issuer)
      .setAudience(TOKEN.audience)
      .setIssuedAt(now)
      .setExpirationTime(expiresAt)
      .sign(key);
    return { accessToken, expiresAt };
  }

  return {
    issue,
    async openSession(account: Account): Promise<Session> {
      return { ...(await issue(account, SESSION_TTL_MS)), account };
    },
  };
}

export interface SignInCodeParts {
  database: Queryable;
  directory: AccountDirectory;
}

/** One-time codes: whoever holds one becomes the account it was made for, once. Times are the database's. */
export function createSignInCodes({ database, directory }: SignInCodeParts) {
  return {
    async issue({ id }: Account): Promise<string> {
      const code = randomBytes(CODE_BYTES).toString('base64url');
      await database.query('delete from sign_in_code where expires_at < now()');
      await database.query(
        `insert into sign_in_code (code_hash, account_id, expires_at)
         values ($1, $2, now() + $3 * interval '1 millisecond')`,
        [hashOf(code), id, CODE_TTL_MS],
      );
      return code;
    },

    /** The account of the code, which is used up by it. One statement: of those who come at once, one gets it. */
    async redeem(code: string): Promise<Account> {
      const [row] = await database.query<{ account_id: string }>(
        `update sign_in_code set used_at = now()
          where code_hash = $1 and used_at is null and expires_at > now()
         returning account_id`,
        [hashOf(code)],
      );
      const account = row && directory.byId(row.account_id);
      if (!account) throw new InvalidInput('this code is unknown, used or too old', ['code'], 'SIGN_IN_CODE_INVALID');
      return account;
    },
  };
}

export type AccountChange = { kind: 'SUSPEND' } | { kind: 'REINSTATE' } | { kind: 'ROLE'; role: Role };

export interface AccountCommandParts {
  handler: CommandHandler;
  directory: AccountDirectory;
  clock: () => Date;
}

/** What an operator decides about accounts, and what was decided. */
export function createAccountCommands({ handler, directory, clock }: AccountCommandParts) {
  const standing = async (accountId: string): Promise<Standing> =>
    (await handler.load(`account-${accountId}`, accountDecider)).state;

  /** Without an admin nobody could change anything from inside any more. */
  async function refuseWithoutAdmin(accountId: string): Promise<void> {
    for (const { id, role } of directory.all()) {
      if (id === accountId) continue;
      const { suspended, role: changed } = await standing(id);
      if (!suspended && (changed ?? role) === 'ADMIN') return;
    }
    throw new Conflict('this is the last admin: make somebody else one first', 'LAST_ADMIN');
  }

  return {
    standing,
    /** How the account stands then. Throws Conflict for the last admin. */
    async change({ id, role }: Account, change: AccountChange): Promise<{ suspended: boolean; role: Role }> {
      const current = (await standing(id)).role ?? role;
      const keepsAdmin = change.kind === 'REINSTATE' || (change.kind === 'ROLE' && change.role === 'ADMIN');
      if (current === 'ADMIN' && !keepsAdmin) await refuseWithoutAdmin(id);
      const commandId = uuidv7();
      const actor = { kind: 'OPERATOR_CLI', id: 'medianest account' } as const;
      const target = { streamId: `account-${id}`, decider: accountDecider };
      const context = { commandId, correlationId: commandId, now: clock(), actor };
      const { state } = await handler.handle(target, commandOf(change, current), context);
      return { suspended: state.suspended, role: state.role ?? role };
    },
  };
}

function commandOf(change: AccountChange, from: Role): AccountCommand {
  if (change.kind === 'ROLE') return { type: 'ChangeRole', from, to: change.role };
  return { type: change.kind === 'SUSPEND' ? 'Suspend' : 'Reinstate' };
}

function hashOf(code: string): Buffer {
  return createHash('sha256').update(code).digest();
}
