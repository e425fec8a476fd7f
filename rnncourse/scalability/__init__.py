"""What a recurrent layer costs, and what to do where data, sequences or machines grow.

cost       multiply-adds, parameters and bytes from T, B, D, H, counted exactly
timing     time measured side by side, a power law and a cost model fitted to it
streaming  a sequence in chunks, with the state carried from one to the next
disk       more sequences than memory holds
cudnn      whether a layer can use cuDNN's kernel, and if not, why
devices    one training step on several devices, held against one (two virtual CPUs will do)

Keras loads with the modules that need it: `cost` and `timing` do without.
"""
