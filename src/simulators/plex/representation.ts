import { scatter, scatterText } from '../world';
import type { Section } from './section';

/** What films, shows, seasons and episodes are told with alike. */

export const slugOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** As dirty as the real ones: now a whole number, now none. */
export const ratingOf = (key: number): number => (40 + scatter(key, 60)) / 10;

export const ratings = (key: number): object[] => [
  { image: 'imdb://image.rating', value: ratingOf(key + 1), type: 'audience' },
  { image: 'themoviedb://image.rating', value: ratingOf(key), type: 'audience' },
];

export function images(alt: string, place: string, version: number): object {
  const colour = (corner: number): string =>
    scatter(scatterText(alt, 1e6) + corner, 0xffffff)
      .toString(16)
      .padStart(6, '0');
  return {
    Image: [
      { alt, type: 'coverPoster', url: `${place}/thumb/${version}` },
      { alt, type: 'background', url: `${place}/art/${version}` },
    ],
    UltraBlurColors: { topLeft: colour(1), topRight: colour(2), bottomRight: colour(3), bottomLeft: colour(4) },
  };
}

/** In lists. */
export const plainTags = (tags: readonly string[]): object[] => tags.map((tag) => ({ tag }));

/** In details; people have a key of their own. */
export const detailedTags = (kind: string, tags: readonly string[], people = false): object[] =>
  tags.map((tag) => {
    const id = 1 + scatterText(tag, 99_999);
    const person = { tagKey: id.toString(16).padStart(24, '5'), thumb: `https://metadata-static.plex.tv/${id}.jpg` };
    return { id, filter: `${kind}=${id}`, tag, ...(people && person) };
  });

export const ofSection = ({ id, title }: Section): object => ({
  ...{ librarySectionTitle: title, librarySectionID: id, librarySectionKey: `/library/sections/${id}` },
});

const VIDEO = { codec: 'h264', bitDepth: 8, height: 1080, width: 1920, frameRate: 23.976, level: 40, profile: 'high' };

function streams(key: number): object[] {
  const language = { language: 'English', languageTag: 'en', languageCode: 'eng' };
  const first = key * 10;
  return [
    {
      ...{
        id: first + 1,
        streamType: 1,
        default: true,
        index: 0,
        bitrate: 8_000,
        ...VIDEO,
        chromaSubsampling: '4:2:0',
      },
      ...{ codedHeight: 1088, codedWidth: 1920, chromaLocation: 'left', refFrames: 4 },
      ...{ displayTitle: '1080p (H.264)', extendedDisplayTitle: '1080p (H.264)' },
    },
    {
      ...{ id: first + 2, streamType: 2, selected: true, default: true, codec: 'ac3', index: 1, channels: 6 },
      ...{ bitrate: 640, ...language, audioChannelLayout: '5.1(side)', samplingRate: 48_000 },
      ...{ displayTitle: 'English (AC3 5.1)', extendedDisplayTitle: 'English (AC3 5.1)' },
    },
    {
      ...{ id: first + 3, streamType: 3, codec: 'srt', index: 2, bitrate: 0, ...language, canAutoSync: false },
      ...{ displayTitle: 'English (SRT)', extendedDisplayTitle: 'English (SRT)' },
    },
  ];
}

export function media(
  key: number,
  minutes: number,
  { file, withStreams }: { file: string; withStreams: boolean },
): object {
  const duration = minutes * 60_000;
  return {
    ...{ id: key, duration, bitrate: 8_640, width: 1920, height: 1080, aspectRatio: 1.78, audioChannels: 6 },
    ...{ audioCodec: 'ac3', videoCodec: 'h264', videoResolution: '1080', container: 'mkv', videoFrameRate: '24p' },
    ...{ videoProfile: 'high', hasVoiceActivity: false },
    Part: [
      {
        ...(withStreams && { accessible: true, exists: true }),
        ...{ id: key, key: `/library/parts/${key}/1735864239/file.mkv`, duration, file, size: minutes * 64_800_000 },
        ...{ container: 'mkv', videoProfile: 'high', ...(withStreams && { Stream: streams(key) }) },
      },
    ],
  };
}
