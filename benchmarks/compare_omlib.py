"""Time `reconcile` on two generated sides that share no object; one item in a hundred drifted."""

import gc
import json
import sys
import time

from omlib.cli.main import COLLECT_AFTER
from omlib.reconcile.compare import reconcile
from omlib.testing.estates import make_declared, make_observation
from omlib.testing.stores import START

gc.set_threshold(*COLLECT_AFTER)  # as the console script does
n_items, n_attributes = map(int, sys.argv[1:])
declared = make_declared(n_items, n_attributes)
declared.sort(key=lambda item: item.ref)  # as `jobs.wiring` hands them over
observed = make_observation(declared, drift_pct=1)
gc.collect()
began = time.process_time()
findings = reconcile(declared, observed, today=START.date())
cpu_s = time.process_time() - began
drifts = sum(finding.status.is_drift for finding in findings)
print(json.dumps({"cpu_s": cpu_s, "drifts": drifts}))
