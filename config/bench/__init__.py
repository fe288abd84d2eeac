"""The measurements: `./metricpal bench [door writer latency overview memory] [--millions 1 3 10]`.

Each starts a stack of its own, measures CPU from /proc, and says beside each figure what it is compared with. Two
shared cores are noisy: CPU seconds and ratios are to be trusted, wall times only against each other in one run.
"""
