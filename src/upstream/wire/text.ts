// Small building blocks shared by the wire shapes: tolerant on read, exact about what Gandi documents.
import { z } from 'zod';

/** A field Gandi may leave out or send as null; readers treat both as "not said". */
export const maybe = <Shape extends z.ZodType>(shape: Shape) => shape.nullish();

/** ISO 8601 instant in UTC, such as `2030-02-13T10:04:18Z`; linked zones use microseconds and `+00:00`. */
export const instant = z.string();

/** UUID of an organization, customer or domain. Kept a plain string: Gandi does not promise the version. */
export const id = z.string();

/** Answer of an accepted asynchronous write: the work is only queued (Gandi v5 docs, 202). */
export const acceptedSchema = z.looseObject({ message: z.string() });
export type Accepted = z.infer<typeof acceptedSchema>;
