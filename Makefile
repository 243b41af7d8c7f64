# Each target makes the machine ready and then runs one program. Nothing else happens here.
SHELL := /bin/sh
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
prepare := sh scripts/prepare.sh

.PHONY: help demo test bench lint clean
.DEFAULT_GOAL := help

help: ## Say what can be done
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name what; do \
	  printf '  make %-7s %s\n' "$$name" "$$what"; done

demo: ## Bring a lab up, play posture state synchronization in it and show what happens
	@$(prepare) demo && exec posturelab demo

test: ## Lint, check types, and run all specs
	@$(prepare) test && biome check && tsc -p . && exec node scripts/test.ts

bench: ## Measure, beside docker-compose and others
	@$(prepare) bench && exec node scripts/bench.ts

lint: ## Formatting, lint rules and types
	@$(prepare) lint && biome check && tsc -p .

clean: ## Remove every container, image and file that was made here
	@$(prepare) clean && exec node scripts/clean.ts
