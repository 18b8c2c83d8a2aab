"""The town: a simulated carrier with customers who call and agents who answer. Nobody here exists.

A separate package and process: it reaches the centre as the world does, by SIP, over the HTTP API and, for
its agents, with their accounts. Only `town.seed` writes into the centre's database, before it starts.
"""
