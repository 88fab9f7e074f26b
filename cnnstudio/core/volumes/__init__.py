"""A network as volumes: each feature map a box in proportion to rows × columns × channels.

Rows go up, channels to the right, and columns recede at an angle with half their length, in
parallel projection: equal layers look equal. Vectors are bars. All lengths are logical pixels;
y points down, and the first layer of the main branch stands on y = 0.
"""
