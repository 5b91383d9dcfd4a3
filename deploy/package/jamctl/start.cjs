#!/usr/lib/jam/bin/node
// Starts the bundled jamctl. Most of a start would be compiling: compile.cjs has done that.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const filename = `${__dirname}/jamctl.cjs`;
// All of it is ASCII, which is read the quickest as this.
const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: compiled() });
script.runInThisContext()(require);

/** Undefined where nobody has compiled it; what another Node has compiled is not used by V8. */
function compiled() {
  try {
    return readFileSync(`${__dirname}/jamctl.compiled`);
  } catch {
    return undefined;
  }
}
