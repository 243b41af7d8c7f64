#!/bin/sh
# Runs a module where it can do no harm: sh own-machine.sh REPOSITORY MODULE
# Its own mounts, processes and network, an empty /run, /tmp and engine, and files of which it changes only its own view.
# To be called by `unshare --mount --pid --fork --kill-child --net`, which ends all of it with this script.
set -eu
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /media
mkdir -p /media/upper /media/work
mount -t overlay -o "lowerdir=$1,upperdir=/media/upper,workdir=/media/work" overlay "$1"
for folder in /run /tmp /var/log /var/lib/docker; do
  mount -t tmpfs tmpfs "$folder"
done
unset DOCKER_HOST
cd "$1"
node "$2"
