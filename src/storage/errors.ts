/** What a store can refuse. No AWS word here: `core/invoke.ts` turns these into answers. */

export class VersionConflict extends Error {
  override readonly name = 'VersionConflict';
}

/**
 * The disk, or the quota that the store was given, has no room. Nothing of the transaction stays.
 */
export class StorageFull extends Error {
  override readonly name = 'StorageFull';
}

/** The store cannot write for another reason (read-only folder, input/output error). */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/** The data belongs to a newer version, is in use by another process, or is not ours. */
export class StorageRefused extends Error {
  override readonly name = 'StorageRefused';
}
