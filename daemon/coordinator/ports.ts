/**
 * The coordinator's TCP ports, all following from the one that `--port` names (P, 7400 unless told):
 *
 * | port        | default     | who connects     | socket | what                                  |
 * |-------------|-------------|------------------|--------|---------------------------------------|
 * | P           | 7400        | jamctl, speakers | ROUTER | the lobby's requests                  |
 * | P + 1       | 7401        | speakers         | REP    | the room clock                        |
 * | P + 2       | 7402        | jamctl, speakers | HTTP   | media                                 |
 * | P + 10 + 3k | 7410, 7413… | speakers         | PUB    | events of the room in slot k (0…29)   |
 * | P + 11 + 3k | 7411, 7414… | speakers         | ROUTER | requests to that room                 |
 * | P + 12 + 3k | 7412, 7415… | speakers         | PULL   | reports to that room                  |
 *
 * A room keeps its slot, and so its ports, for as long as it exists; `main` has slot 0.
 */

/** No coordinator has more rooms. */
export const ROOM_LIMIT = 30;

/** The highest port for the lobby that leaves room for all others. */
export const MAX_LOBBY_PORT = 65_535 - 12 - 3 * (ROOM_LIMIT - 1);

export interface RoomPorts {
  readonly eventsPort: number;
  readonly requestsPort: number;
  readonly reportsPort: number;
}

export const clockPort = (lobbyPort: number): number => lobbyPort + 1;
export const mediaPort = (lobbyPort: number): number => lobbyPort + 2;

/** @param slot 0 to ROOM_LIMIT − 1 */
export function roomPorts(lobbyPort: number, slot: number): RoomPorts {
  const eventsPort = lobbyPort + 10 + 3 * slot;
  return { eventsPort, requestsPort: eventsPort + 1, reportsPort: eventsPort + 2 };
}
