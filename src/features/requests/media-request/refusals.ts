import { DomainError } from '../../../mechanisms/errors';

/** The title is in the library already: nothing to ask for. */
export class AlreadyAvailable extends DomainError {
  readonly code = 'ALREADY_AVAILABLE';
  constructor(readonly plexUrl: string | null) {
    super('This title is already in the library.');
  }
}
