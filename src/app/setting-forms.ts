import { z } from 'zod';

export const count = (what: string) => z.string().regex(/^\d+$/, `must be ${what}`).transform(Number);

export const port = count('a port number, or 0 for a free one').pipe(z.number().max(65_535));

export const milliseconds = (least: number) =>
  count('a whole number of milliseconds').pipe(z.number().min(least)).optional();

/** The client refuses odder ones; these two would fail only later, without a word of why. */
export const eventStoreUrl = z
  .string()
  .regex(/^esdb(\+discover)?:\/\/[^\s/]+/, 'must be like esdb://user:password@host:2113')
  .refine(
    (url) => !/^esdb\+discover:[^?]*,/.test(url),
    'name the nodes of a cluster as esdb://a,b,c: with +discover only the first is asked',
  )
  .refine(
    (url) => /^[^:]+:\/\/[^:@/]+:[^@/]+@/.test(url) || /[?&]tls=false/i.test(url),
    'needs a user, like esdb://user:password@host:2113, unless tls=false is said',
  );

export const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must be like postgres://user:password@host/database');

export const databaseUrls = z
  .string()
  .transform((text) => text.split(',').map((url) => url.trim()))
  .pipe(z.array(databaseUrl));

export const points = (usual: number) => count('a whole number of points').pipe(z.int().min(1)).default(usual);

export const webAddress = (example: string) =>
  z.url({ protocol: /^https?$/, error: `must be like ${example}` }).optional();

const userId = 'must be the number of a user of Overseerr';
const accountName = /^[a-z][a-z0-9_-]{0,31}$/;
export const upstreamUsers = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON, like {"olga": 1, "ben": 2}' });
      return z.NEVER;
    }
  })
  .pipe(
    z.record(z.string().regex(accountName), z.int(userId).positive(userId), {
      error: ({ code }) =>
        code === 'invalid_key' ? `an account name is like ben (${accountName})` : 'must be like {"olga": 1, "ben": 2}',
    }),
  )
  .refine((users) => Object.keys(users).length > 0, 'names no account');
