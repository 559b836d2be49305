import { setTimeout as pause } from 'node:timers/promises';
import { errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { v5 as uuidv5 } from 'uuid';
import type { Scope } from '../../mechanisms/graphql';
import type { Account, Member, Role, Standing } from './account';
import { scopesOf } from './account';

const ACCOUNTS = '3d5a4c0e-6c6b-4f0b-9a53-0c5f5a1f7f0e';

/** Who there is, as the settings say it now. */
export interface AccountDirectory {
  byId(id: string): Account | undefined;
  byName(name: string): Account | undefined;
  all(): Iterable<Account>;
}

export function createAccountDirectory(members: readonly Member[]): AccountDirectory {
  const byName = new Map<string, Account>(
    members.map(({ name, display, role }) => [name, { id: `usr_${uuidv5(name, ACCOUNTS)}`, name: display, role }]),
  );
  const byId = new Map([...byName.values()].map((account) => [account.id, account]));
  return { byId: (id) => byId.get(id), byName: (name) => byName.get(name), all: () => byId.values() };
}

/** What makes an access token ours. Nothing of it is taken from the token itself. */
export const TOKEN = { algorithm: 'HS256', type: 'at+jwt', issuer: 'medianest', audience: 'medianest-api' } as const;

export interface VerifiedToken {
  accountId: string;
  role: Role;
  scopes: ReadonlySet<Scope>;
  expiresAt: Date;
}

/** How accounts stand, as this process knows it: not older than a moment, as long as the event store answers. */
export interface Standings {
  of(accountId: string): Promise<Standing>;
}

/** How long what is known is taken for true, and how long a slow store is waited for then. */
const FRESH_MS = 1_000;
const PATIENCE_MS = 1_000;

/** While the store is away, what is known stays true. For an account of which nothing is known, the failure is thrown. */
export function createStandings(load: (accountId: string) => Promise<Standing>): Standings {
  const known = new Map<string, { standing: Standing; askedAt: number }>();

  async function ask(accountId: string): Promise<Standing> {
    const askedAt = performance.now();
    const before = known.get(accountId);
    if (before) known.set(accountId, { ...before, askedAt }); // who comes meanwhile does not ask, too
    const standing = await load(accountId);
    known.set(accountId, { standing, askedAt });
    return standing;
  }
  return {
    async of(accountId) {
      const held = known.get(accountId);
      if (!held) return ask(accountId);
      if (performance.now() - held.askedAt < FRESH_MS) return held.standing;
      const asked = ask(accountId).catch(() => held.standing);
      return Promise.race([asked, pause(PATIENCE_MS, held.standing, { ref: false })]);
    },
  };
}

interface Claims {
  sub: string;
  exp: number;
}

const KEPT_TOKENS = 1_000;

export interface VerificationParts {
  key: Uint8Array;
  directory: AccountDirectory;
  standings: Standings;
  clock: () => Date;
}

/** Checks access tokens. Role and scopes are those that the account has now; of one that is gone or suspended, no token is valid. */
export function createTokenVerification({ key, directory, standings, clock }: VerificationParts) {
  // An open connection comes again and again with the same token, and a signature stays what it is.
  const verified = new LRUCache<string, Claims>({ max: KEPT_TOKENS });
  return async (token: string | undefined): Promise<VerifiedToken | null> => {
    const claims = token && (await verifiedClaims(token));
    const account = claims && directory.byId(claims.sub);
    if (!account) return null;
    const { suspended, role: changed } = await standings.of(account.id);
    if (suspended) return null;
    const role = changed ?? account.role;
    return {
      accountId: account.id,
      role,
      scopes: scopesOf(role),
      expiresAt: new Date(claims.exp * 1000),
    };
  };

  async function verifiedClaims(token: string): Promise<Claims | null> {
    const known = verified.get(token);
    if (known && known.exp > Math.floor(clock().getTime() / 1000)) return known;
    verified.delete(token);
    const claims = await verifyClaims(token);
    if (claims) verified.set(token, claims);
    return claims;
  }

  async function verifyClaims(token: string): Promise<Claims | null> {
    try {
      const { payload } = await jwtVerify<Claims>(token, key, {
        algorithms: [TOKEN.algorithm],
        typ: TOKEN.type,
        issuer: TOKEN.issuer,
        audience: TOKEN.audience,
        requiredClaims: ['sub', 'exp'],
        currentDate: clock(),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
