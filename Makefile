# Each target makes the machine ready and then runs what it is for. Nothing else happens here.
SHELL := /bin/sh
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
prepare := sh scripts/prepare.sh
MINUTES ?= 10

.PHONY: help demo test test-sim soak bench mutate lint clean
.DEFAULT_GOAL := help

help: ## Say what can be done
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name what; do \
	  printf '  make %-9s %s\n' "$$name" "$$what"; done

demo: ## Bring a lab up, play posture state synchronization in it and show what happens
	@$(prepare) demo && exec posturelab demo

test: ## Lint, check types, and run all specs
	@$(prepare) test && biome check && tsc -p . && exec node scripts/test.ts

test-sim: ## Run the specs that need nothing but Node: virtual time, no engine, no root
	@$(prepare) test-sim && exec node scripts/test.ts 'specs/simulated/*.spec.ts'

soak: ## Search for longer: access lists in the kernel (MINUTES=10), then 10,000 explored stories
	@$(prepare) soak && node scripts/soak-acl.ts --minutes $(MINUTES) && exec posturelab explore --runs 10000

bench: ## Measure: labs beside docker-compose, large labs, access lists, the simulator
	@$(prepare) bench && node scripts/bench.ts && node scripts/bench-scale.ts && node scripts/bench-acl.ts && exec node scripts/bench-simulator.ts

mutate: ## Break evaluator and compiler of access lists one way at a time, and see that the specs notice
	@$(prepare) soak && exec node scripts/mutate-acl.ts

lint: ## Formatting, lint rules and types
	@$(prepare) lint && biome check && tsc -p .

clean: ## Remove every container, image and file that was made here
	@$(prepare) clean && exec node scripts/clean.ts
