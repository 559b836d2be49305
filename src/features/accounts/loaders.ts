import { errors, jwtVerify } from 'jose';
import { v5 as uuidv5 } from 'uuid';
import type { Scope } from '../../mechanisms/graphql';
import type { Account, Member, Role } from './account';
import { scopesOf } from './account';

const ACCOUNTS = '3d5a4c0e-6c6b-4f0b-9a53-0c5f5a1f7f0e';

/** Who there is, as the settings say it now. */
export interface AccountDirectory {
  byId(id: string): Account | undefined;
  byName(name: string): Account | undefined;
}

export function createAccountDirectory(members: readonly Member[]): AccountDirectory {
  const byName = new Map<string, Account>(
    members.map(({ name, display, role }) => [name, { id: `usr_${uuidv5(name, ACCOUNTS)}`, name: display, role }]),
  );
  const byId = new Map([...byName.values()].map((account) => [account.id, account]));
  return { byId: (id) => byId.get(id), byName: (name) => byName.get(name) };
}

/** What makes an access token ours. Nothing of it is taken from the token itself. */
export const TOKEN = { algorithm: 'HS256', type: 'at+jwt', issuer: 'medianest', audience: 'medianest-api' } as const;

export interface VerifiedToken {
  accountId: string;
  role: Role;
  scopes: ReadonlySet<Scope>;
  expiresAt: Date;
}

export interface VerificationParts {
  key: Uint8Array;
  directory: AccountDirectory;
  clock: () => Date;
}

/** Checks access tokens. Role and scopes are those that the account has now; of an account that is gone, no token is valid. */
export function createTokenVerification({ key, directory, clock }: VerificationParts) {
  return async (token: string | undefined): Promise<VerifiedToken | null> => {
    const claims = token && (await verifiedClaims(token));
    const account = claims && directory.byId(claims.sub);
    if (!account) return null;
    return {
      accountId: account.id,
      role: account.role,
      scopes: scopesOf(account.role),
      expiresAt: new Date(claims.exp * 1000),
    };
  };

  async function verifiedClaims(token: string): Promise<{ sub: string; exp: number } | null> {
    try {
      const { payload } = await jwtVerify<{ sub: string; exp: number }>(token, key, {
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
