import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImageType } from '../http';
import type { Logger } from '../observability';
import type { ImageName } from './address';
import { isImage } from './image-type';

export interface StoredImage {
  type: ImageType;
  bytes: Buffer;
  /** Changes with the bytes. */
  etag: string;
}

export interface ImageDisk {
  read(name: ImageName): Promise<StoredImage | null>;
  /** A disk that takes nothing is no reason to fail: it is logged. */
  write(name: ImageName, image: StoredImage): Promise<void>;
}

/** A name of our making: nothing that comes from outside is ever part of a path. */
const fileOf = ({ source, path: wanted }: ImageName): string =>
  createHash('sha256')
    .update(JSON.stringify([source, wanted]))
    .digest('hex');
const STORED = /^[0-9a-f]{64}$/;

export const etagOf = (bytes: Buffer): string => `"${createHash('sha256').update(bytes).digest('base64url')}"`;

/**
 * Pictures as files, at most so many bytes of them: what was not looked at for the longest time goes first (after a restart: what was written
 * first). A file is one line that says what it is, and the bytes; it is there whole or not at all. Several processes may share the folder.
 */
export async function openImageDisk(options: { folder: string; maxBytes: number; log: Logger }): Promise<ImageDisk> {
  const { folder, maxBytes, log } = options;
  const sizes = await listFolder(folder);
  let total = [...sizes.values()].reduce((sum, size) => sum + size, 0);

  function note(file: string, size: number): void {
    total += size - (sizes.get(file) ?? 0);
    sizes.delete(file);
    if (size > 0) sizes.set(file, size);
  }
  async function makeRoom(): Promise<void> {
    for (const [file] of sizes) {
      if (total <= maxBytes) return;
      note(file, 0);
      await rm(path.join(folder, file), { force: true });
    }
  }

  return {
    async read(name) {
      const file = fileOf(name);
      const content = await readFile(path.join(folder, file)).catch(() => null);
      const image = content && parse(content);
      note(file, image ? content.length : 0);
      return image;
    },
    async write(name, { type, bytes, etag }) {
      const file = fileOf(name);
      const written = path.join(folder, `${randomUUID()}.part`);
      const content = Buffer.concat([Buffer.from(`${JSON.stringify({ type, etag })}\n`), bytes]);
      try {
        await writeFile(written, content, { mode: 0o600 });
        await rename(written, path.join(folder, file));
        note(file, content.length);
        await makeRoom();
      } catch (error) {
        log.warn({ err: error }, 'a picture was not kept');
        await rm(written, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** What is there, the oldest first. What a process left half written when it died is removed. */
async function listFolder(folder: string): Promise<Map<string, number>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const { size, mtimeMs } = await stat(path.join(folder, name)).catch(() => ({ size: 0, mtimeMs: 0 }));
      if (STORED.test(name)) return { name, size, mtimeMs };
      if (Date.now() - mtimeMs > ABANDONED_MS) await rm(path.join(folder, name), { force: true });
      return { name, size: 0, mtimeMs };
    }),
  );
  const stored = files.filter(({ size }) => size > 0).sort((one, other) => one.mtimeMs - other.mtimeMs);
  return new Map(stored.map(({ name, size }) => [name, size]));
}
/** Younger ones may be another process' at work. */
const ABANDONED_MS = 60_000;

/** Null for what a sick disk made of a file. */
function parse(content: Buffer): StoredImage | null {
  const end = content.indexOf('\n');
  try {
    const { type, etag } = JSON.parse(content.subarray(0, end).toString()) as { type: string; etag: string };
    const bytes = content.subarray(end + 1);
    return isImage(type, bytes) && etag === etagOf(bytes) ? { type, bytes, etag } : null;
  } catch {
    return null;
  }
}
