/** How a file stores numbers: as the machine did that wrote it. */
export type ByteOrder = 'little' | 'big';
