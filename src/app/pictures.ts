import type { Images, ImageSource } from '../mechanisms/images';
import { openImages } from '../mechanisms/images';
import type { Logger, Observer } from '../mechanisms/observability';
import type { Upstreams } from './upstreams';
import type { StateFolder } from './state-folder';

/** One size for all: Plex scales while others wait, and it is kept once. */
const POSTER = { width: 400, height: 600 };

/** The pictures of the services around us. They are asked for by the names of connections, never by an address from outside. */
export function openPictures(parts: {
  upstreams: Upstreams;
  folder: StateFolder;
  observer: Observer;
  log: Logger;
}): Promise<Images> {
  const { overseerr, plex } = parts.upstreams;
  const sources = new Map<string, ImageSource>([
    [overseerr.connection.id, (path) => overseerr.client.image(path)],
    [plex.connection.id, (path) => plex.client.image(path, POSTER)],
  ]);
  return openImages({
    key: parts.folder.key('images'),
    folder: parts.folder.place('images', 'kept'),
    sources,
    clock: () => new Date(),
    observer: parts.observer,
    log: parts.log,
  });
}
