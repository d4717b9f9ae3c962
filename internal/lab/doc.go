// Package lab gives tests real parts to run against: moto over HTTP with its gaps
// filled, the released Lambda binaries behind a Lambda Runtime API, and worlds seeded
// through the AWS SDK. It serves tests and `make demo-wire`; nothing shipped imports it.
// README.md says what moto cannot show.
package lab
