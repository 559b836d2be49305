import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { redacted } from './redaction';

interface Sample {
  type: string;
  data: Record<string, unknown>;
}

/** One of each form that was ever stored, of all features. */
const features = path.join(__dirname, '..');
const samples = readdirSync(features, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('event-codecs.golden.json'))
  .flatMap((file) => JSON.parse(readFileSync(path.join(features, file), 'utf8')) as Sample[]);

it('withholds these particulars of all facts, and no others', () => {
  const withheld = samples.flatMap(({ type, data }) =>
    Object.keys(data)
      .filter((name) => !Object.hasOwn(redacted({ type, data }), name))
      .map((name) => `${type}.${name}`),
  );
  expect([...new Set(withheld)].sort()).toEqual([
    'HandoverAttempted.requestFingerprint',
    'HandoverAttempted.upstreamUserRef',
    'MediaRequestAutoApproved.inputsDigest',
  ]);
});

it('shows what it shows as it is', () => {
  const { type, data } = samples.find((sample) => sample.type === 'MediaRequestSubmitted')!;
  expect(redacted({ type, data })).toEqual(data);
});

it('shows nothing that it does not know: neither of a fact, nor a fact', () => {
  expect(redacted({ type: 'RoleChanged', data: { from: 'FRIEND', to: 'ADMIN', secret: 'x' } })).toEqual({
    from: 'FRIEND',
    to: 'ADMIN',
  });
  expect(redacted({ type: 'SecretStored', data: { secret: 'x' } })).toEqual({});
  expect(redacted({ type: 'constructor', data: { name: 'x' } })).toEqual({});
});
