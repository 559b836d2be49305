import type { ImageType } from '../http';

/** How files of a type begin. */
const BEGINNINGS: Record<ImageType, RegExp> = {
  'image/jpeg': /^\xff\xd8\xff/,
  'image/png': /^\x89PNG\r\n\x1a\n/,
  'image/webp': /^RIFF[^]{4}WEBP/,
  'image/gif': /^GIF8[79]a/,
  'image/svg+xml': /^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*|<!DOCTYPE svg[^>[]*>\s*)*<svg[\s>]/i,
};
const LOOKED_AT = 2_048;

/** Whether the bytes are what they are said to be, as far as their beginning tells. */
export function isImage(type: string, bytes: Buffer): type is ImageType {
  return (
    Object.hasOwn(BEGINNINGS, type) &&
    BEGINNINGS[type as ImageType].test(bytes.subarray(0, LOOKED_AT).toString('latin1'))
  );
}
