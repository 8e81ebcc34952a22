// What the schema needs of the contact rules beside the service: the words of a condition, titles of sources, the day they were read.
export { CONTACT_FACTS_READ_ON, titleOf, type Words, wordsOf } from '../policy/contact-fields.ts';
