// What the shared budget needs of a Redis server, in its own words.

export interface ScriptServer {
  /** False while there is no connection: nothing can be asked. */
  readonly isUp: boolean;
  /**
   * Runs the script as one step. Steps of one connection run in the order in which they were asked for.
   * Rejects when no answer came: the step then may have been taken or not, or may yet be.
   */
  run(script: string, keys: readonly string[], argument: string): Promise<string>;
  /** Calls `listener` each time the connection is lost. @returns how to stop. */
  onLost(listener: () => void): () => void;
  /** Calls `listener` each time the connection works again after it was lost. @returns how to stop. */
  onBack(listener: () => void): () => void;
}
