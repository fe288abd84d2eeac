"""What the fault tests and the benchmarks share: a stack of its own to break, clients that keep the contract, and
a look at what processes cost. Everything on 127.0.0.1, in a scratch folder, stopped at the end."""
