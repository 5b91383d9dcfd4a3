// Compiles the bundled jamctl, for start.cjs. It is done where jamctl is installed: the result depends on Node and on
// the processor. Node's own compile cache would be each user's, and lacks every function that runs later.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

const filename = `${__dirname}/jamctl.cjs`;
setFlagsFromString('--no-lazy');
const script = new Script(readFileSync(filename, 'latin1'), { filename });
// V8 refuses what was made with other flags than it runs with.
setFlagsFromString('--lazy');

const target = `${__dirname}/jamctl.compiled`;
writeFileSync(`${target}.new`, script.createCachedData(), { flush: true });
renameSync(`${target}.new`, target);
