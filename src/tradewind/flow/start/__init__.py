"""From a folder of files to the first answer: what they mean, which questions they can answer, the demos."""
