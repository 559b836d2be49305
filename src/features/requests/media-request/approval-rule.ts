import type { Explanation, MediaType, Quality } from './events';

/** The one rule there is: films are approved at once. Rules as data, quotas and holds come with RequestPolicy. */
export const FILMS_AT_ONCE = { policyId: 'global', policyVersion: 1, ruleId: 'films-at-once' } as const;

export interface ApprovalInputs {
  mediaType: MediaType;
  quality: Quality;
  role: string;
}

/** What the rule looked at and what it says; the same inputs always give the same words. */
export function explainApproval({ mediaType, quality, role }: ApprovalInputs): Explanation {
  return {
    rule: FILMS_AT_ONCE.ruleId,
    text: 'Films are approved at once.',
    inputs: [
      { name: 'mediaType', value: mediaType },
      { name: 'quality', value: quality },
      { name: 'role', value: role },
    ],
  };
}
