// The shapes of contact rules: the question by extension, the draft of a contact that is checked, and what the check answers.
import type {
  ContactField,
  ContactOperation,
  ContactRequirement,
  ContactRequirements,
  ContactType,
  TldContact,
} from '../policy/contact-fields.ts';

export type { ContactField, ContactOperation, ContactRequirement, ContactRequirements, ContactType, TldContact };

export interface ContactQuery {
  /** With or without a leading dot, Unicode or ASCII; 1 to 100. */
  readonly tlds: readonly string[];
  readonly operation: ContactOperation;
  readonly type: ContactType;
}

/** One parameter of a registry, by the name Gandi gives it. */
export interface ContactParameter {
  readonly name: string;
  readonly value: string;
}

/** A contact as far as it is filled in; `phone` in any international form. Never a password. */
export interface ContactDraft {
  readonly type: ContactType;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly companyName?: string | null;
  readonly email?: string | null;
  readonly street?: string | null;
  readonly zip?: string | null;
  readonly city?: string | null;
  readonly region?: string | null;
  readonly country?: string | null;
  readonly phone?: string | null;
  readonly extraParameters?: readonly ContactParameter[] | null;
}

export interface ContactCheckInput extends Omit<ContactQuery, 'type'> {
  readonly contact: ContactDraft;
}

/** The contact in the form Gandi takes; null where a field is missing or cannot be used. */
export interface CheckedContact {
  readonly type: ContactType;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly companyName: string | null;
  readonly email: string | null;
  readonly street: string | null;
  readonly zip: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly country: string | null;
  readonly phone: string | null;
  /** Those that can be sent, in the order given. */
  readonly extraParameters: readonly ContactParameter[];
}

export interface ContactProblem {
  readonly path: readonly string[];
  readonly message: string;
  readonly found: string | null;
  readonly expected: string;
}

export type ContactHintCode =
  | 'UNKNOWN_TLD'
  | 'UNKNOWN_PARAMETER'
  | 'RETIRED_PARAMETER'
  | 'PARAMETER_NOT_WANTED'
  | 'SECRET_ASKED_FOR'
  | 'VALUE_NOT_LISTED'
  | 'FORMAT_DIFFERS'
  | 'PROBABLY_NEEDED'
  | 'MAY_BE_NEEDED'
  | 'OTHER_SCRIPT';

/** Something to look at that refuses nothing, in the session's language. */
export interface ContactHint {
  readonly path: readonly string[];
  readonly code: ContactHintCode;
  readonly message: string;
}

export interface ContactCheck {
  readonly contact: CheckedContact;
  readonly problems: readonly ContactProblem[];
  readonly hints: readonly ContactHint[];
  readonly tlds: readonly TldContact[];
}
